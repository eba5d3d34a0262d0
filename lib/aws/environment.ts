/** A variable that the deployment sets; its absence is a fault of the deployment, found at the first start. */
export const environment = (name: string): string => {
  const value = process.env[name];
  if (!value)
    throw new Error(`The environment variable ${name} is not set: deploy this function by the constructs of lib/infra.`);
  return value;
};
