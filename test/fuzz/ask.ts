/** The callers: two customers, an operator, and one without a token. */
export const people = ['ada', 'bob', 'operator', undefined] as const;
export type Person = (typeof people)[number];

/** One request before it is a request of Lambda's or of HTTP: its route as the gateway knows it, and what fills the route's places. */
export type Ask = Readonly<{
  who: Person;
  /** Such as `GET /views/{view}/{id}`. */
  route: string;
  path: Readonly<Record<string, string>>;
  query: Readonly<Record<string, string>>;
  headers: Readonly<Record<string, string>>;
  body?: string;
}>;

export type Answered = Readonly<{ status: number; headers: Readonly<Record<string, string>>; text: string }>;

/** Sends one request, and answers what came back. */
export type Send = (ask: Ask) => Promise<Answered>;

/** An answer's body, as far as it is an object. */
export const bodyOf = ({ text }: Pick<Answered, 'text'>): Readonly<Record<string, unknown>> => {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
};

/** A request in one line, to show why a run failed. */
export const shown = ({ who, route, ...rest }: Ask): string =>
  `${who ?? 'nobody'}: ${route} ${JSON.stringify(rest).slice(0, 1_500)}`;
