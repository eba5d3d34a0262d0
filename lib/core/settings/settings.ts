import type { z } from 'zod';
import { checked, type Field, givenIn, type Keeps, over, WrongSetting } from './field.ts';
import { fields } from './fields.ts';

type Fields = typeof fields;
type Name = keyof Fields;

/** Settings as a team writes them: each is optional.
 * @example const staging: Settings = { retain: true, logDays: 30 };
 */
export type Settings = { readonly [K in Name]?: z.input<Fields[K]['schema']> };

/** A project's settings: for all environments, and for each of them by its name.
 * @example const settings: ProjectSettings = { callerRate: 20, environments: { dev: {}, prod: { retain: true } } };
 */
export type ProjectSettings = Settings & Readonly<{ environments?: Readonly<Record<string, Settings>> }>;

type Usual = { readonly [K in Name]: Fields[K] extends { usual: unknown } ? K : never }[Name];

/** The settings of one environment, complete: the usual values where nothing else was said.
 * @example const { retain, protect }: EnvironmentSettings = environmentOf(settings, 'prod');
 */
export type EnvironmentSettings = { readonly [K in Usual]: z.output<Fields[K]['schema']> } & {
  readonly [K in Exclude<Name, Usual>]?: z.output<Fields[K]['schema']>;
};

/** The settings of a project without a settings file, or whose file names no environments.
 * @example environmentsOf(usualSettings); // ['dev', 'prod']
 */
export const usualSettings: ProjectSettings = { environments: { dev: {}, prod: { retain: true, protect: true } } };

const every = Object.entries(fields) as readonly [Name, Field][];
const environmentName = /^[a-z][a-z0-9-]{0,19}$/i;

const environmentsIn = ({ environments = usualSettings.environments }: ProjectSettings): Readonly<Record<string, Settings>> => ({
  dev: {},
  ...environments,
});

/** The names of a project's environments. `dev` is always among them: `npm start` deploys it on one's own machine.
 * @example environmentsOf({ environments: { test: {}, live: { retain: true } } }); // ['dev', 'test', 'live']
 */
export const environmentsOf = (project: ProjectSettings): readonly string[] => Object.keys(environmentsIn(project));

/** Of several places the last one that says something about a setting wins. */
type Place = Readonly<{ values: Readonly<Record<string, unknown>>; called: (name: string) => string }>;

const placesOf = (
  project: ProjectSettings,
  environment: string,
  context: Readonly<Record<string, unknown>>,
): readonly Place[] => [
  { values: project, called: (name) => name },
  { values: environmentsIn(project)[environment] ?? {}, called: (name) => `environments.${environment}.${name}` },
  {
    values: Object.fromEntries(every.map(([name, field]) => [name, givenIn(context, name, field)])),
    called: (name) => `-c ${name}`,
  },
];

const settled = (name: Name, field: Field, places: readonly Place[], keeps: Keeps): unknown => {
  const usual = typeof field.usual === 'function' ? field.usual(keeps) : field.usual;
  const value = places.reduce<unknown>((below, { values }) => over(below, values[name]), usual);
  const from = places.findLast(({ values }) => values[name] !== undefined)?.called(name) ?? name;
  return value === undefined ? undefined : checked(field, value, from);
};

const contradictionIn = ({ retain, protect, demoSignIn }: EnvironmentSettings): string | undefined => {
  if (protect && !retain) return 'has `protect` without `retain`: set both, or neither';
  if (protect && demoSignIn)
    return 'is protected, and has `demoSignIn`: passwords without a second factor are for demos; remove one';
  return undefined;
};

/**
 * The settings of an environment: the usual values, over them those for all environments, then its own, and last those by `-c`. Objects are
 * merged key by key; everything else is replaced.
 * @example environmentOf(settings, 'prod', { alarmTopic: 'arn:aws:sns:eu-central-1:111122223333:on-call' });
 */
export const environmentOf = (
  project: ProjectSettings,
  environment: string,
  context: Readonly<Record<string, unknown>> = {},
): EnvironmentSettings => {
  const places = placesOf(project, environment, context);
  const nothing = { retain: false, protect: false };
  const keeps = Object.fromEntries(
    (['retain', 'protect'] as const).map((name) => [name, settled(name, fields[name], places, nothing)]),
  ) as Keeps;
  const values = every.map(([name, field]) => [name, settled(name, field, places, keeps)] as const);
  const settings = Object.fromEntries(values.filter(([, value]) => value !== undefined)) as EnvironmentSettings;
  const contradiction = contradictionIn(settings);
  if (contradiction) throw new WrongSetting(`The environment ${environment} ${contradiction}.`);
  return settings;
};

const requireKnown = (values: object, place: string, more: readonly string[] = []): void => {
  const known: readonly string[] = [...more, ...Object.keys(fields)];
  const strange = Object.keys(values).find((name) => !known.includes(name));
  if (strange !== undefined)
    throw new WrongSetting(`${place}${strange} in the settings is not a setting. There are: ${known.join(', ')}.`);
};

/** Declares a project's settings, and checks those of every environment.
 * @example export const settings = defineSettings({ app: 'shop', environments: { dev: {}, prod: { retain: true, protect: true } } });
 */
export const defineSettings = (project: ProjectSettings): ProjectSettings => {
  requireKnown(project, '', ['environments']);
  for (const [name, values] of Object.entries(environmentsIn(project))) {
    if (!environmentName.test(name))
      throw new WrongSetting(`'${name}' is not a name for an environment: use 1 to 20 letters, digits or hyphens.`);
    requireKnown(values, `environments.${name}.`);
    environmentOf(project, name);
  }
  return project;
};
