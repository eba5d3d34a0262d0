import type { ScreenProps } from '../../screens.ts';
import { Instance } from './instance.tsx';
import { Instances } from './list.tsx';
import './processes.css';

export default ({ path: [process, instance], query }: ScreenProps) =>
  process === undefined || instance === undefined ? (
    <Instances query={query} />
  ) : (
    <Instance key={`${process}/${instance}`} process={process} instance={instance} />
  );
