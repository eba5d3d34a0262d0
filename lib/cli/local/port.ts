import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { UserError } from '../terminal/user-error.ts';

/** The default port of the local cloud: the one that every AWS emulator uses. */
export const usualPort = 4566;

/** A port that nobody listens on at the moment. */
export const freePort = (): Promise<number> => listenOnce(0);

/** Throws unless the port is free. */
export async function requireFreePort(port: number): Promise<void> {
  try {
    await listenOnce(port);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    const why = code === 'EADDRINUSE' ? 'is in use by another program' : `cannot be listened on (${code})`;
    throw new UserError(`Port ${port} ${why}.`, 'Stop that program, or choose another port: npm start -- --port 4600', { cause });
  }
}

async function listenOnce(port: number): Promise<number> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  const { port: taken } = server.address() as AddressInfo;
  await once(server.close(), 'close');
  return taken;
}
