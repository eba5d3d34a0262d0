import type { Progress, Progresses } from '../../engine/schedule/ports.ts';

/** The progress of schedules, in memory. */
export const memoryProgresses = (): Progresses & { readonly items: Map<string, Progress> } => {
  const items = new Map<string, Progress>();
  return {
    items,
    load: async (name) => structuredClone(items.get(name)),
    save: async (name, progress, loadedWrites) => {
      if (items.get(name)?.writes !== loadedWrites) return false;
      items.set(name, structuredClone(progress));
      return true;
    },
  };
};
