/** How many requests of one caller each instance of a function answers a second, if the deployment says so. */
export const callerRate = (): number | undefined => {
  const rate = Number(process.env.CALLER_RATE);
  return rate > 0 ? rate : undefined;
};

/** A variable that the deployment sets; its absence is a fault of the deployment, found at the first start. */
export const environment = (name: string): string => {
  const value = process.env[name];
  if (!value)
    throw new Error(`The environment variable ${name} is not set: deploy this function by the constructs of lib/infra.`);
  return value;
};
