/** The picture a visitor searches with. It lives in this tab and is sent to this server only. */
let picture: { readonly file: File; readonly serial: number } | null = null;
let serial = 0;

export function setUpload(file: File): void {
  serial += 1;
  picture = { file, serial };
}

export function getUpload(): { readonly file: File; readonly serial: number } | null {
  return picture;
}
