import { defineSettings } from 'foldstream';

/** The environments of the reference application. Whoever deploys prod names its topic for alarms: `-c alarmTopic=arn:aws:sns:...`. */
export const settings = defineSettings({
  commitForm: 'packed',
  environments: {
    dev: {},
    prod: { retain: true, protect: true },
  },
});
