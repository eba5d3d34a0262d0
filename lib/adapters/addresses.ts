import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** Addresses that are nobody's on the internet: IANA's special-purpose registries, and multicast. */
const special = new BlockList();
for (const [net, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  // The metadata of instances and tasks, with credentials, is here.
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const)
  special.addSubnet(net, prefix, 'ipv4');
for (const [net, prefix] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const)
  special.addSubnet(net, prefix, 'ipv6');

/** Global unicast; everything else of IPv6 is special, such as what stands for an address of IPv4. */
const global = new BlockList();
global.addSubnet('2000::', 3, 'ipv6');

/**
 * True for an address on the internet. A private one belongs to the network of whoever asks: an address that a customer gave must not reach it.
 * @example isPublicAddress('169.254.169.254'); // false
 */
export const isPublicAddress = (address: string): boolean => {
  const version = isIP(address);
  if (version === 4) return !special.check(address, 'ipv4');
  return version === 6 && global.check(address, 'ipv6') && !special.check(address, 'ipv6');
};

/** A destination that the adapter does not connect to. */
export class ForbiddenAddress extends Error {
  override name = 'ForbiddenAddress';
}

const forbidden = (host: string) =>
  new ForbiddenAddress(
    `${host} has an address that is not on the internet. Give a public address, or \`network: 'any'\` if it is fixed in the code.`,
  );

type Resolve = (host: string) => Promise<readonly LookupAddress[]>;

/**
 * Resolves names for a connection, and refuses those with a private address. The connection is made to the very address that was looked at: a name
 * cannot have another one a moment later.
 */
export const publicLookup =
  (resolve: Resolve = (host) => lookup(host, { all: true })): LookupFunction =>
  (host, { all }, done) => {
    resolve(host).then(
      (addresses) => {
        const [first] = addresses;
        if (!first || addresses.some(({ address }) => !isPublicAddress(address))) done(forbidden(host), '', 0);
        else if (all) done(null, [...addresses]);
        else done(null, first.address, first.family);
      },
      (error: Error) => done(error as NodeJS.ErrnoException, '', 0),
    );
  };

/** The fault of a destination, before anything is looked up. No name is looked up for an address that is written out. */
export const requireDestination = (text: string, network: 'internet' | 'any'): URL => {
  if (!URL.canParse(text)) throw new ForbiddenAddress(`'${text}' is not an address of a webhook.`);
  const url = new URL(text);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (url.username || url.password) throw new ForbiddenAddress('The address of a webhook must not contain a password.');
  if (url.protocol !== 'https:' && !(network === 'any' && url.protocol === 'http:'))
    throw new ForbiddenAddress(`${url.origin} is not https.`);
  if (network === 'internet' && isIP(host) && !isPublicAddress(host)) throw forbidden(host);
  return url;
};
