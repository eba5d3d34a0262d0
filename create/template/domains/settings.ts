import { defineSettings } from 'foldstream';

/** The environments, by names of your own. Each is a stack: my-app-dev, my-app-staging, my-app-prod. */
export const settings = defineSettings({
  app: 'my-app',
  // Commits are stored in as few bytes as they take. Leave it: only releases of before 2026-12 need the other form.
  commitForm: 'packed',
  environments: {
    // Removed with its stack. `npm start` deploys it on your machine.
    dev: {},
    // Events and users stay when the stack is removed.
    staging: { retain: true },
    // And nobody deletes them by mistake. A protected stack has to tell somebody of its alarms: subscribe to the topic that it makes (output AlarmTopic),
    // or name one of your own: alarmTopic: 'arn:aws:sns:eu-central-1:<account>:<topic>'.
    prod: { retain: true, protect: true, alarmTopic: 'own' },
  },
});
