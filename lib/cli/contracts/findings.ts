/** What is wrong with one event, or one version of it, and what to do. */
export type Fault = Readonly<{ event: string; version?: number; fault: string; fix: string }>;

/** What must be mended, and what changed without harm. */
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
