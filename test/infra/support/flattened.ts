import { NestedStack, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { separated } from '../../../lib/aws/local/outputs.ts';

type Json = Readonly<Record<string, unknown>>;
type Parts = {
  Resources: Record<string, Json & { Properties?: { Parameters?: Json } }>;
  Outputs?: Record<string, { Value: unknown }>;
};

/** The same value with references replaced, all the way down. */
const replaced = (value: unknown, replace: (reference: Json) => unknown): unknown => {
  if (Array.isArray(value)) return value.map((each) => replaced(each, replace));
  if (typeof value !== 'object' || value === null) return value;
  const other = replace(value as Json);
  if (other !== undefined) return replaced(other, replace);
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, replaced(each, replace)]));
};

/**
 * The deployed stack as if it had no nested ones: their resources under names that begin with the nested stack's, and what goes in and
 * out of them by parameters and outputs as the references that it stands for.
 */
export const flattened = (stack: Stack): Template => {
  const root = Template.fromStack(stack).toJSON() as Parts;
  const nested = stack.node.findAll().filter((construct) => construct instanceof NestedStack);
  const outputs = new Map<string, unknown>();
  const parts = nested.map((own) => {
    const resource = Stack.of(own.nestedStackResource!).getLogicalId(own.nestedStackResource as never);
    const prefix = resource.replace(/NestedStack.*$/, '');
    const { Resources, Outputs = {} } = Template.fromStack(own).toJSON() as Parts;
    const given = root.Resources[resource]!.Properties?.Parameters ?? {};
    const local = (name: unknown) => (Object.hasOwn(Resources, String(name)) ? `${prefix}${name}` : undefined);
    const inRoot = (value: unknown) =>
      replaced(value, (reference) => {
        const { Ref: ref, 'Fn::GetAtt': got } = reference as { Ref?: string; 'Fn::GetAtt'?: readonly [string, string] };
        if (ref !== undefined && Object.hasOwn(given, ref)) return given[ref];
        if (ref !== undefined && local(ref)) return { Ref: local(ref) };
        return got && local(got[0]) ? { 'Fn::GetAtt': [local(got[0]), got[1]] } : undefined;
      });
    for (const [name, { Value }] of Object.entries(Outputs)) outputs.set(`${resource}.Outputs.${name}`, inRoot(Value));
    // Everything in a nested stack waits for what the nested stack waits for.
    const awaited = [root.Resources[resource]!.DependsOn ?? []].flat();
    const waiting = (part: Json) => ({ ...part, DependsOn: [...[part.DependsOn ?? []].flat(), ...awaited] });
    return {
      resource,
      resources: Object.entries(Resources).map(([name, part]) => [`${prefix}${name}`, inRoot(waiting(part))] as const),
    };
  });
  const own = Object.entries(root.Resources).filter(([name]) => !parts.some(({ resource }) => resource === name));
  const throughOutputs = (value: unknown) =>
    replaced(value, ({ 'Fn::GetAtt': got }) => outputs.get((got as readonly string[] | undefined)?.join('.') ?? ''));
  const all = Object.fromEntries([...own, ...parts.flatMap(({ resources }) => resources)]);
  return Template.fromJSON(throughOutputs({ ...root, Resources: all }) as Json);
};

/** The resources that a resource waits for: those that it refers to, those that it depends on, and theirs in turn. */
export const waitsFor = (template: Template, id: string): readonly string[] => {
  const resources = template.toJSON().Resources as Record<string, { DependsOn?: string | string[]; Properties?: object }>;
  const seen = new Set<string>();
  const follow = (from: string): void => {
    const { DependsOn = [], Properties = {} } = resources[from] ?? {};
    const named = [...JSON.stringify(Properties).matchAll(/"(?:Ref|Fn::GetAtt)":\[?"(\w+)"/g)].flatMap(([, name]) => name ?? []);
    for (const next of [...named, ...[DependsOn].flat()].filter((name) => !seen.has(name))) {
      seen.add(next);
      follow(next);
    }
  };
  follow(id);
  return [...seen];
};

/** A text with a stand-in of so many characters for whatever AWS puts in later. */
export const withStandIns = (value: unknown, length = 1): string => {
  const parts = (value as { 'Fn::Join'?: readonly [string, readonly unknown[]] } | undefined)?.['Fn::Join']?.[1] ?? [value];
  return parts.map((part) => (typeof part === 'string' ? part : 'x'.repeat(length))).join('');
};

/** The names under which readers find a stack's outputs. */
export const outputNames = (template: Template): readonly string[] =>
  Object.keys(
    separated(
      Object.fromEntries(
        Object.entries(template.toJSON().Outputs as Required<Parts>['Outputs']).map(([name, { Value }]) => [
          name,
          withStandIns(Value),
        ]),
      ),
    ),
  );
