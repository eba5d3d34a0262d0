import { describe, expect, test } from 'vitest';
import { rebuildMachine } from '../../../lib/engine/rebuild/machine.ts';
import { deployed, manifest } from '../support/deployed.ts';

type Part = string | Readonly<Record<string, unknown>>;
type Deployed = Readonly<{
  States: Readonly<Record<string, Readonly<{ Parameters?: Readonly<{ FunctionName: string }>; Result: string }>>>;
}>;

describe('the state machine of rebuilds', () => {
  test("is the engine's definition, with the functions' names and nothing else", () => {
    const [machine] = Object.values(deployed().template.findResources('AWS::StepFunctions::StateMachine'));
    const [, parts] = machine!.Properties.DefinitionString['Fn::Join'] as [string, readonly Part[]];
    const text = parts.map((part) => (typeof part === 'string' ? part : encodeURIComponent(JSON.stringify(part)))).join('');
    const definition = JSON.parse(text) as Deployed;
    const leadFunction = definition.States.Plan?.Parameters?.FunctionName ?? '';
    const workers = manifest.projections.map((projection) => ({
      projection,
      functionName: definition.States[`${projection.name}.r${projection.revision}`]?.Result ?? '',
    }));
    const wanted = rebuildMachine({ leadFunction, leadSeconds: 60, workers, workSeconds: 300 });
    expect(definition).toEqual(JSON.parse(JSON.stringify(wanted)));
    expect(new Set([leadFunction, ...workers.map(({ functionName }) => functionName)]).size).toBe(1 + workers.length);
  });

  test('is a Standard one that logs all its steps without what they hold', () => {
    const { template } = deployed();
    const [resource] = Object.values(template.findResources('AWS::StepFunctions::StateMachine'));
    expect(resource?.Properties).toMatchObject({
      LoggingConfiguration: { Level: 'ALL', IncludeExecutionData: false },
    });
    expect([undefined, 'STANDARD']).toContain(resource?.Properties.StateMachineType);
  });
});

describe('a deployment', () => {
  const { template } = deployed();
  const [[id, resource]] = Object.entries(template.findResources('Custom::DeployedViews')) as [
    [string, Readonly<{ Properties: { Revisions: Record<string, unknown[]> } }>],
  ];
  const dependencies = (id: RegExp) =>
    Object.entries(template.toJSON().Resources as Record<string, { DependsOn?: string[] }>)
      .filter(([name]) => id.test(name))
      .flatMap(([, { DependsOn = [] }]) => DependsOn);

  test('is settled when all views are there, and before queries know of other tables', () => {
    const { Revisions } = resource.Properties;
    expect(Object.keys(Revisions)).toEqual(manifest.projections.map(({ name, revision }) => `${name}.r${revision}`));
    const before = dependencies(new RegExp(`^${id}$`)).join();
    for (const view of ['ParcelListR1', 'ParcelListR2', 'ParcelLogR1', 'InnerR1']) expect(before).toContain(`${view}NestedStack`);
    expect(before).toContain('DeployedViewsDeployedRoleDefaultPolicy');
    expect(dependencies(/^QueriesQuery[0-9A-F]{8}$/).join()).toContain(id);
  });
});
