import { defineSettings } from 'foldstream';

/** The environments, by names of your own. Each is a stack: my-app-dev, my-app-staging, my-app-prod. */
export const settings = defineSettings({
  app: 'my-app',
  environments: {
    // Removed with its stack. `npm start` deploys it on your machine.
    dev: {},
    // Events and users stay when the stack is removed.
    staging: { retain: true },
    // Before you have real data here, protect it as well. Its alarms then need an SNS topic:
    // prod: { retain: true, protect: true, alarmTopic: 'arn:aws:sns:eu-central-1:<account>:<topic>' },
    prod: { retain: true },
  },
});
