/** Whether the caller has it already, by its `If-None-Match`: any of a list, or anything at all. Proxies weaken tags. */
export function isKnownTag(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.trim() === '*' || header.split(',').some((tag) => plain(tag) === plain(etag));
}

/** Whether a range of what the caller has goes on here, by its `If-Range`: only by a tag that names the very bytes. */
export function mayTakeRange(header: string | readonly string[] | undefined, etag: string): boolean {
  return header === undefined || (header === etag && !etag.startsWith('W/'));
}

const plain = (tag: string): string => tag.trim().replace(/^W\//, '');
