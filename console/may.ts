/** Whose a screen is: everybody's, operators', or theirs who may look up and erase persons. */
export type Whose = 'anybody' | 'operator' | 'eraser';

type Caller = Readonly<{ roles: readonly string[]; erasers?: readonly string[] | undefined }>;

/** True if a caller may see a screen. The API alone decides what it answers; this is so that nobody is shown a screen of refusals. */
export const maySee = (whose: Whose, { roles, erasers = [] }: Caller): boolean => {
  if (whose === 'anybody') return true;
  return whose === 'operator' ? roles.includes('operator') : erasers.some((role) => roles.includes(role));
};
