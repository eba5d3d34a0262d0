import { render } from 'preact';
import { App } from './app.tsx';
import { listen } from './keys.ts';
import { follow } from './router.ts';
import { begin } from './session.ts';
import { followTheme } from './theme.ts';
import './styles/tokens.css';
import './styles/base.css';
import './styles/shell.css';
import './styles/parts.css';

followTheme();
await begin();
follow();
listen();
render(<App />, document.getElementById('console')!);
