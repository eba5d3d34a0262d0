import { createServer } from 'vite';

/** Serves the console from its sources, over the API at FOLDSTREAM_API or the one of `npm start`. */
const server = await createServer({ configFile: `${import.meta.dirname}/vite.config.ts` });
await server.listen();
console.log(`The console is at ${server.resolvedUrls?.local[0]} (an operator's token: npm run token operator).`);
