/**
 * The time in milliseconds that a test waits for something that must come. It takes a fraction of this even on a machine with a load of
 * eight: no timing decides a test.
 */
export const patience = 300_000;

/** For clients of a test's own: an answer that is late because the machine is busy is waited for, and is not a further request to be counted. */
export const patientRequests = { requestHandler: { connectionTimeout: patience, requestTimeout: patience } };
