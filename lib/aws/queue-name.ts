/** The last part of a queue's URL or ARN. */
export const queueName = (place: string): string => /[^/:]*$/.exec(place)?.[0] ?? '';

/** Another queue of the same account, region and engine. */
export const queueBeside = (url: string, name: string): string => url.replace(/[^/]*$/, name);
