import { withStandIns } from './flattened.ts';

type Resource = Readonly<{ Type: string; Properties?: Readonly<Record<string, never>> }>;
type Body = Readonly<{
  Description?: string;
  Resources: Readonly<Record<string, Resource>>;
  Outputs?: Readonly<Record<string, unknown>>;
  Parameters?: Readonly<Record<string, unknown>>;
}>;

/** The most characters that AWS inserts for a reference: the ARN of a table whose name has the 77 characters that are allowed. */
const standIn = 130;

/** A value as JSON, with a stand-in for each reference. */
const written = (value: unknown): string => {
  const replaced = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(replaced);
    if (typeof part !== 'object' || part === null) return part;
    const keys = Object.keys(part);
    if (keys.length === 1 && /^(Ref|Fn::GetAtt)$/.test(keys[0]!)) return 'x'.repeat(standIn);
    if (keys.length === 1 && keys[0] === 'Fn::Join') return withStandIns(part, standIn);
    return Object.fromEntries(Object.entries(part).map(([key, each]) => [key, replaced(each)]));
  };
  return JSON.stringify(replaced(value)) ?? '';
};

const lengthOf = (value: unknown): number =>
  typeof value === 'string' ? value.length : withStandIns(value ?? '', standIn).length;
const count = (value: unknown): number => Object.keys((value ?? {}) as object).length;

/** By type of a resource, what is measured of it, and how much of that AWS takes. */
const quotas: Readonly<
  Record<string, readonly (readonly [what: string, most: number, measure: (properties: Record<string, never>) => number])[]>
> = {
  'AWS::Lambda::Function': [
    [
      'bytes of variables',
      4_096,
      ({ Environment }) =>
        Object.entries((Environment as { Variables?: object } | undefined)?.Variables ?? {}).reduce(
          (sum, [name, value]) => sum + name.length + lengthOf(value),
          0,
        ),
    ],
    ['characters of a description', 256, ({ Description }) => lengthOf(Description)],
    ['seconds', 900, ({ Timeout }) => Number(Timeout ?? 3)],
  ],
  'AWS::DynamoDB::Table': [
    ['indexes', 20, ({ GlobalSecondaryIndexes }) => count(GlobalSecondaryIndexes)],
    ['characters of a name', 255, ({ TableName }) => lengthOf(TableName)],
    [
      'attributes that indexes hold beside the keys',
      100,
      ({ GlobalSecondaryIndexes = [] }) =>
        (GlobalSecondaryIndexes as { Projection: { NonKeyAttributes?: string[] } }[]).reduce(
          (sum, { Projection }) => sum + count(Projection.NonKeyAttributes),
          0,
        ),
    ],
    ['bytes of a resource policy', 20_480, ({ ResourcePolicy }) => (ResourcePolicy ? written(ResourcePolicy).length : 0)],
  ],
  'AWS::SQS::Queue': [['characters of a name', 80, ({ QueueName }) => lengthOf(QueueName)]],
  'AWS::Events::Rule': [
    ['characters of an event pattern', 2_048, ({ EventPattern }) => (EventPattern ? JSON.stringify(EventPattern).length : 0)],
    ['targets', 5, ({ Targets }) => count(Targets)],
    ['characters of a description', 512, ({ Description }) => lengthOf(Description)],
  ],
  'AWS::CloudWatch::Alarm': [
    ['characters of a description', 1_024, ({ AlarmDescription }) => lengthOf(AlarmDescription)],
    ['measures', 10, ({ Metrics }) => count(Metrics)],
    ['characters of the name of a measure', 255, ({ MetricName }) => lengthOf(MetricName)],
    ['seconds in all periods', 86_400, ({ Period, EvaluationPeriods }) => Number(Period ?? 0) * Number(EvaluationPeriods)],
  ],
  'AWS::Logs::MetricFilter': [['characters of a pattern', 1_024, ({ FilterPattern }) => lengthOf(FilterPattern)]],
  'AWS::Logs::LogGroup': [['characters of a name', 512, ({ LogGroupName }) => lengthOf(LogGroupName)]],
  'AWS::StepFunctions::StateMachine': [
    ['bytes of a definition', 1_048_576, ({ DefinitionString }) => lengthOf(DefinitionString)],
  ],
  'AWS::IAM::Role': [
    ['characters of who may take it', 2_048, ({ AssumeRolePolicyDocument }) => written(AssumeRolePolicyDocument).length],
    ['managed policies', 10, ({ ManagedPolicyArns }) => count(ManagedPolicyArns)],
  ],
  'AWS::IAM::ManagedPolicy': [['characters of a managed policy', 6_144, ({ PolicyDocument }) => written(PolicyDocument).length]],
  'AWS::ApiGatewayV2::Api': [['characters of a name', 128, ({ Name }) => lengthOf(Name)]],
};

/** The inline policies of a role have 10,240 characters together. */
const inline = (resources: readonly (readonly [string, Resource])[]): readonly string[] => {
  const sizes = new Map<string, number>();
  for (const [, { Type, Properties }] of resources)
    if (Type === 'AWS::IAM::Policy')
      for (const role of (Properties as unknown as { Roles: { Ref: string }[] }).Roles)
        sizes.set(role.Ref, (sizes.get(role.Ref) ?? 0) + written((Properties as Record<string, unknown>).PolicyDocument).length);
  return [...sizes]
    .filter(([, size]) => size > 10_240)
    .map(([role, size]) => `${role}: ${size} characters of inline policies, 10240 at most`);
};

/** The limits of AWS that a template exceeds, as far as they can be counted before it is deployed. */
export const excesses = (template: Body): readonly string[] => {
  const resources = Object.entries(template.Resources);
  const whole: [string, number, number][] = [
    ['resources', resources.length, 500],
    ['outputs', count(template.Outputs), 200],
    ['parameters', count(template.Parameters), 200],
    ['bytes', JSON.stringify(template).length, 1_048_576],
    ['characters of a description', lengthOf(template.Description), 1_024],
    ['routes', resources.filter(([, { Type }]) => Type === 'AWS::ApiGatewayV2::Route').length, 300],
  ];
  return [
    ...whole
      .filter(([, size, most]) => size > most)
      .map(([what, size, most]) => `the template: ${size} ${what}, ${most} at most`),
    ...resources.flatMap(([id, { Type, Properties = {} }]) =>
      (quotas[Type] ?? []).flatMap(([what, most, measure]) => {
        const size = measure(Properties as Record<string, never>);
        return size > most ? [`${id}: ${size} ${what}, ${most} at most`] : [];
      }),
    ),
    ...inline(resources),
  ];
};
