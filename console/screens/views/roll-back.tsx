import { Confirm } from '../../parts/confirm.tsx';
import { say } from '../../parts/toasts.tsx';
import { go, href } from '../../router.ts';
import { ops } from '../../session.ts';

/** Asks why, and lets the revision before answer again. */
export const RollBack = ({ name, close }: Readonly<{ name: string; close: () => void }>) => (
  <Confirm
    title="Roll back"
    needsWhy
    isDanger
    act={async (why) => {
      const { revision } = await ops.views.rollBack(name, { why });
      say(`Revision ${revision} of ${name} answers now`);
      go(href(['views', name, 'history']));
    }}
    close={close}
  >
    <p>
      The revision that answered before answers again, at once: its own code has kept it up to date. A second time switches
      forward.
    </p>
  </Confirm>
);
