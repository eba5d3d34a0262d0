import { parseStream } from '../../core/stream.ts';
import { alongWith, UnfitTogether } from '../../core/together/along.ts';
import { type Commanding, type CommandRequest, otherOf } from './request.ts';

/** One command on its way, and what its aggregate is handled with. `unfit` says why the commands that go along cannot. */
export type Handling = Readonly<{ commanding: Commanding; request: CommandRequest; unfit?: string }>;

/** A command with those that take effect with it: they have its sender, its id and its cause. */
export const withAlong = ({ commanding, request }: Handling): readonly [Handling, ...Handling[]] => {
  if (!commanding.decider.commands[request.command.type]?.together) return [{ commanding, request }];
  const { stream, command, expectedVersion: _, leavesNoTrace: __, isNew: ___, ...common } = request;
  try {
    const along = alongWith(commanding.decider, command, parseStream(stream)?.id ?? stream);
    return [
      { commanding, request },
      ...along.map(
        ({ category, stream, command }): Handling => ({
          commanding: otherOf(commanding, category),
          request: { ...common, stream, command, isAlong: true },
        }),
      ),
    ];
  } catch (fault) {
    if (fault instanceof UnfitTogether) return [{ commanding, request, unfit: fault.message }];
    throw fault;
  }
};

/** Commands, each with those that take effect with it. */
export const allWithAlong = ([first, ...others]: readonly [Handling, ...Handling[]]): readonly [Handling, ...Handling[]] => [
  ...withAlong(first),
  ...others.flatMap(withAlong),
];
