import * as z from 'zod';
import { allowedAll } from '../../core/access.ts';
import { scheduleOrders, timeOrders } from '../../core/schedule/orders.ts';
import { orderSchedule, reportSchedules, type ScheduleOperating } from '../../engine/operate/schedules.ts';
import { notFound, notYours } from '../../engine/problems.ts';
import { jsonBody, reasoned, shaped } from '../body.ts';
import { onlyForReal } from '../dry-run.ts';
import { onlyKnown } from '../page.ts';
import type { HttpRequest, HttpResponse } from '../request.ts';

export const reasonedTime = reasoned.extend({ time: z.iso.datetime() });

/** Answers `/ops/schedules...`, to operators alone. */
export const answerSchedules = async (operating: ScheduleOperating, request: HttpRequest): Promise<HttpResponse> => {
  const { actor, route, path, query, body } = request;
  if (!allowedAll(['operator'], actor)) throw notYours();
  onlyForReal(request);
  onlyKnown(query);
  const { schedule: name } = path;
  if (name === undefined) return { status: 200, body: { schedules: await reportSchedules(operating) } };
  const order = scheduleOrders.find((each) => route.endsWith(`/${each}`));
  if (order) {
    const { why } = shaped(reasoned, jsonBody(body));
    return { status: 202, body: await orderSchedule(operating, { order, name, why, by: actor.id }) };
  }
  const ofTime = timeOrders.find((each) => route.endsWith(`/${each}`));
  if (!ofTime) throw notFound(`route ${route}`);
  const { why, time } = shaped(reasonedTime, jsonBody(body));
  return { status: 202, body: await orderSchedule(operating, { order: ofTime, name, why, time, by: actor.id }) };
};
