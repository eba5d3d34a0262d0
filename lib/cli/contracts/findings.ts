/** One fault of a stored format or a view, with its remedy. */
export type Fault = Readonly<{ event: string; fault: string; fix: string }>;

/** Faults have to be mended; notes are changes that do no harm. */
export type Findings = Readonly<{ faults: readonly Fault[]; notes: readonly string[] }>;

export const none: Findings = { faults: [], notes: [] };

export const faulty = (event: string, fault: string, fix: string): Findings => ({
  faults: [{ event, fault, fix }],
  notes: [],
});

export const note = (text: string): Findings => ({ faults: [], notes: [text] });

export const together = (parts: readonly Findings[]): Findings => ({
  faults: parts.flatMap(({ faults }) => faults),
  notes: parts.flatMap(({ notes }) => notes),
});
