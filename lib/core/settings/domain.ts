import * as z from 'zod';

/**
 * A name of the team's own for the API. The certificate is of AWS Certificate Manager, in the stack's own region; with a hosted zone of Route 53 the
 * name's record is made as well.
 */
export const domainSetting = z.strictObject({
  name: z
    .string()
    .regex(/^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/, 'a name such as api.example.com, in lower case'),
  certificateArn: z
    .string()
    .regex(
      /^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/[\w-]+$/,
      'the ARN of a certificate: arn:aws:acm:<region>:<account>:certificate/<id>',
    ),
  hostedZone: z
    .strictObject({
      id: z.string().regex(/^Z[A-Z0-9]{1,31}$/, 'the id of a hosted zone, such as Z0123456789ABC'),
      name: z.string().min(1),
    })
    .optional(),
});
