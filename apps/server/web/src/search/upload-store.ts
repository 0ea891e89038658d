/** The pictures a visitor searched with. They live in this tab and are sent to this server only. */
const pictures = new Map<number, File>();
// As many as lists are kept for the back button.
const MOST = 5;

/** @returns its name in the address: another picture is another search, after a reload too */
export function keepUpload(file: File): number {
  const id = Date.now();
  pictures.set(id, file);
  const [oldest] = pictures.keys();
  if (pictures.size > MOST && oldest !== undefined) pictures.delete(oldest);
  return id;
}

export function getUpload(id: number): File | null {
  return pictures.get(id) ?? null;
}
