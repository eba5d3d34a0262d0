import { Match } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, test } from 'vitest';
import { contextIn, settingsFor } from '../../../lib/infra/kit/stage.ts';
import { alarmTopic, deployed } from '../support/deployed.ts';
import { waitsFor } from '../support/flattened.ts';

const adopt = {
  commitsTable: 'restored-commits',
  controlTable: 'kept-control',
  deadlinesTable: 'kept-deadlines',
  publicEventsTable: 'kept-cursors',
  userPool: 'eu-central-1_aBc123',
};
const adopting = deployed('prod', { ...adopt, nested: 'false' });
const own = deployed('prod', { nested: 'false' });

type Found = Readonly<{ DependsOn?: string | string[]; Properties: Readonly<Record<string, unknown>> }>;
type Deployed = typeof own;
const found = ({ template }: Deployed, type: string) =>
  Object.entries(template.findResources(type) as unknown as Record<string, Found>);

const resourceOf = (of: Deployed) => found(of, 'Custom::KeptTables')[0]!;

/** The rights, functions and mappings that go by one of the tables, but for those of the function that looks at the tables. */
const goingByTables = (of: Deployed) =>
  ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy', 'AWS::Lambda::Function', 'AWS::Lambda::EventSourceMapping'].flatMap((type) =>
    found(of, type).filter(
      ([id, { Properties }]) =>
        !id.startsWith('EventsTables') &&
        /EventsCommits|EventsControl|EventsDeadlines|AnnouncerCursors|CommitsStream|restored-commits|kept-[cd]/.test(
          JSON.stringify(Properties),
        ),
    ),
  );

describe('resources that existed before', () => {
  test('takes the place of the tables and the user pool of the stack, and is none of its resources', () => {
    const tables = found(adopting, 'AWS::DynamoDB::Table').map(([id]) => id.replace(/[0-9A-F]{8}$/, ''));
    expect(tables).toContain('EventsSnapshots');
    for (const gone of ['EventsCommits', 'EventsControl', 'EventsDeadlines', 'AnnouncerCursors'])
      expect(tables).not.toContain(gone);
    adopting.template.resourceCountIs('AWS::Cognito::UserPool', 0);
    adopting.template.hasResourceProperties('AWS::Cognito::UserPoolClient', { UserPoolId: adopt.userPool });
    adopting.template.hasOutput('CommitsTable', { Value: adopt.commitsTable });
    adopting.template.hasOutput('ControlTable', { Value: adopt.controlTable });
    adopting.template.hasOutput('DeadlinesTable', { Value: adopt.deadlinesTable });
    const environments = found(adopting, 'AWS::Lambda::Function').map(([, { Properties }]) =>
      JSON.stringify(Properties.Environment),
    );
    expect(
      environments.filter((text) => text.includes('"COMMITS_TABLE"')).every((text) => text.includes('restored-commits')),
    ).toBe(true);
    expect(environments.some((text) => text.includes('"CURSORS_TABLE":"kept-cursors"'))).toBe(true);
  });

  test('is followed by the stream that is found in it', () => {
    const [id] = resourceOf(adopting);
    const mappings = found(adopting, 'AWS::Lambda::EventSourceMapping').filter(
      ([, { Properties }]) => Properties.StartingPosition,
    );
    expect(mappings.map(([, { Properties }]) => Properties.EventSourceArn)).toEqual(
      mappings.map(() => ({ 'Fn::GetAtt': [id, 'CommitsStream'] })),
    );
    expect(mappings).toHaveLength(2);
  });

  test('is looked at, with every table by its name, and with no more than the right to describe it', () => {
    expect(resourceOf(adopting)[1].Properties).toMatchObject({
      Tables: {
        commits: adopt.commitsTable,
        control: adopt.controlTable,
        deadlines: adopt.deadlinesTable,
        publicEvents: adopt.publicEventsTable,
      },
      Adopted: ['commits', 'control', 'deadlines', 'publicEvents'],
      Protect: 'true',
    });
    const policy = found(adopting, 'AWS::IAM::Policy').find(([id]) => id.startsWith('EventsTablesRights'))!;
    const text = JSON.stringify(policy);
    expect(text.match(/dynamodb:DescribeTable/g)).toHaveLength(4);
    expect(text.match(/dynamodb:(?!Describe|LeadingKeys)\w+/g)).toEqual(['dynamodb:GetItem', 'dynamodb:PutItem']);
    adopting.template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: Match.objectLike({
        Statement: Match.arrayWith([
          Match.objectLike({ Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['tables'] } } }),
        ]),
      }),
    });
  });

  test('leaves nothing for cdk-nag to find', () =>
    expect(new AwsSolutionsChecks().validateScope(adopting.stack).violations.map(({ ruleName }) => ruleName)).toEqual([]));
});

describe.each([
  ['with its own tables', own],
  ['with adopted ones', adopting],
])('a deployment %s', (_, of) => {
  test('changes no right, function or mapping that goes by its tables before it is known that they are the right ones', () => {
    const [id] = resourceOf(of);
    const all = goingByTables(of);
    expect(all.length).toBeGreaterThan(30);
    expect(all.map(([name]) => name).filter((name) => !waitsFor(of.template, name).includes(id))).toEqual([]);
  });
});

test('the revisions that answer are settled again when the control table is another one, such as a restored one', () => {
  const [[, { Properties }]] = found(adopting, 'Custom::DeployedViews') as [[string, Found]];
  expect(Properties.Table).toBe(adopt.controlTable);
  const [[, before]] = found(own, 'Custom::DeployedViews') as [[string, Found]];
  expect(before.Properties.Table).toEqual({ Ref: expect.stringMatching(/^EventsControl/) });
});

test('a stack says which tables are its own', () => {
  const { Tables, Adopted } = resourceOf(own)[1].Properties as { Tables: object; Adopted: string[] };
  expect([Object.keys(Tables), Adopted]).toEqual([['commits', 'control', 'deadlines', 'publicEvents'], []]);
});

test.each([
  ['commitsTable', 'arn:aws:dynamodb:eu-central-1:1:table/x'],
  ['userPool', 'the old one'],
])('a name that is none is refused: %s', (context, wrong) => {
  expect(contextIn((key) => (key === context ? wrong : undefined))).toMatchObject({ [context]: wrong });
  expect(() => settingsFor('prod', { alarmTopic, [context]: wrong })).toThrow(`use -c ${context}=`);
});
