// The package's entry `foldstream/http`: a manifest's HTTP API as plain values, without AWS.

export { asyncApi } from './openapi/asyncapi.ts';
export { type Described, openApi } from './openapi/document.ts';
export type { HttpRequest, HttpResponse } from './request.ts';
