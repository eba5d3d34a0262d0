import type { ScreenProps } from '../../screens.ts';
import { Performances } from './list.tsx';
import { OnePerformance } from './performance.tsx';
import './effects.css';

export default ({ path: [performance], query }: ScreenProps) =>
  performance === undefined ? <Performances query={query} /> : <OnePerformance key={performance} performance={performance} />;
