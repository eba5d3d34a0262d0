import type { ScreenProps } from '../../screens.ts';
import { FindPage } from './find.tsx';
import { StepPage } from './step.tsx';
import { StreamPage } from './stream.tsx';
import './streams.css';

/** `#/streams`, `#/streams/<category>/<id>` and `#/streams/<category>/<id>/step`. */
const Streams = ({ path, query }: ScreenProps) => {
  const [category, id, how] = path;
  if (category === undefined || id === undefined) return <FindPage query={query} />;
  const stream = `${category}-${id}`;
  return how === 'step' ? (
    <StepPage key={stream} stream={stream} query={query} />
  ) : (
    <StreamPage key={stream} stream={stream} query={query} />
  );
};

export default Streams;
