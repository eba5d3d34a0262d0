/** A letter of a queue for dead letters. */
export type Letter = Readonly<{
  id: string;
  body: string;
  /** When it was sent to the consumer. */
  sentAt?: string;
  /** Why the bus could not deliver it; absent of a letter that its consumer was given, and gave up on after many tries. */
  undelivered?: string;
}>;

/** The dead letters of one consumer. */
export interface Letters {
  /** The letters that nobody else is looking at, so many at most. They stay where they are. */
  look(most: number): Promise<readonly Letter[]>;
  /** Puts letters back into the consumer's queue until none is left that could be taken, or it is over. A letter is never in neither queue. */
  putBack(isOver: () => boolean): Promise<Readonly<{ moved: number; isEmpty: boolean }>>;
}
