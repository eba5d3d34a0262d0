/** One fault of an event or of one of its versions, with its remedy. */
export type Fault = Readonly<{ event: string; version?: number; fault: string; fix: string }>;

/** Faults have to be mended; notes are changes that do no harm. */
export type Findings = Readonly<{ faults: readonly Fault[]; notes: readonly string[] }>;

export const none: Findings = { faults: [], notes: [] };

export const faulty = (event: string, version: number | undefined, fault: string, fix: string): Findings => ({
  faults: [{ event, ...(version !== undefined && { version }), fault, fix }],
  notes: [],
});

export const note = (text: string): Findings => ({ faults: [], notes: [text] });

export const together = (parts: readonly Findings[]): Findings => ({
  faults: parts.flatMap(({ faults }) => faults),
  notes: parts.flatMap(({ notes }) => notes),
});
