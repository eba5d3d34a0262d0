/**
 * A message of the domain: its type and its data.
 * @example const deposit: Message<'Deposit', { amount: number }> = { type: 'Deposit', data: { amount: 5 } };
 */
export interface Message<T extends string = string, D = unknown> {
  readonly type: T;
  readonly data: D;
}

/** Turns a map of data types into a union of messages.
 * @example type Event = MessagesOf<{ Opened: { owner: string } }>; // { type: 'Opened'; data: { owner: string } }
 */
export type MessagesOf<M> = { [T in keyof M & string]: Message<T, M[T]> }[keyof M & string];

/** The data of one message type of a union.
 * @example type Opening = DataOf<AccountEvent, 'AccountOpened'>;
 */
export type DataOf<M extends Message, T extends M['type']> = Extract<M, { type: T }>['data'];

/**
 * An event with its place, its time and its cause, as projections and processes receive it.
 * @example const key = (event: Recorded) => event.entityId; // `7f3a` of `account-7f3a`
 */
export type Recorded<E extends Message = Message> = E & {
  /** `<stream>/<version>`, unique for all time. */
  readonly id: string;
  readonly stream: string;
  /** The id within the category: `7f3a` of `account-7f3a`. */
  readonly entityId: string;
  readonly version: number;
  readonly commit: number;
  readonly at: string;
  readonly actor: string;
  readonly correlation: string;
  readonly causation: string;
  readonly traceparent?: string;
  /** The mark of an import: the event is from another system. */
  readonly imported?: string;
};
