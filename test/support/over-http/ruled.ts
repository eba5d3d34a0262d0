import { DisableRuleCommand, EnableRuleCommand, EventBridgeClient, ListRulesCommand } from '@aws-sdk/client-eventbridge';
import { theDeployment } from './http.ts';

/** Lets a rule of the deployment's bus, known by its description, deliver or not. */
export const setRule = async (description: string, enabled: boolean): Promise<void> => {
  const events = new EventBridgeClient({});
  const bus = { EventBusName: theDeployment().outputs.BusName };
  const { Rules = [] } = await events.send(new ListRulesCommand(bus));
  const rule = Rules.find(({ Description }) => Description === description);
  if (!rule) throw new Error(`There is no rule '${description}'.`);
  await (enabled
    ? events.send(new EnableRuleCommand({ ...bus, Name: rule.Name }))
    : events.send(new DisableRuleCommand({ ...bus, Name: rule.Name })));
};
