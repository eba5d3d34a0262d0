// The package's entry `foldstream/adapters`: shipped adapters of effects.

export { ForbiddenAddress, isPublicAddress } from './addresses.ts';
export { type Mail, type MailAnswer, type MailOptions, mail } from './mail.ts';
export type { Posted } from './post.ts';
export { type WebhookOptions, webhook } from './webhook.ts';
