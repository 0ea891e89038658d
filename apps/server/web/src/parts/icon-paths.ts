// Paths on a 24 × 24 field, drawn with a stroke of the text's colour.
const PATHS = {
  photos: 'M4 5h16v14H4z M4 16l5-5 4 4 2.5-2.5L20 17 M15.5 9.5h.01',
  search: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14z M20 20l-4-4',
  progress: 'M12 3a9 9 0 1 0 9 9 M12 7v5l3 2',
  failures: 'M12 4l9 16H3z M12 10v4 M12 17h.01',
  libraries: 'M3 6h6l2 2h10v11H3z',
  settings: 'M4 7h10 M18 7h2 M4 17h2 M10 17h10 M16 5v4 M8 15v4',
  close: 'M6 6l12 12 M18 6L6 18',
  filter: 'M4 6h16 M7 12h10 M10 18h4',
  picture: 'M4 8h3l2-3h6l2 3h3v11H4z M12 16.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7z',
  pause: 'M8 5v14 M16 5v14',
  play: 'M7 5l12 7-12 7z',
  retry: 'M20 12a8 8 0 1 1-2.5-5.8 M20 4v4h-4',
  info: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z M12 11v5 M12 8h.01',
  similar: 'M4 4h10v10H4z M10 18v2h10V10h-2',
  crop: 'M7 2v15h15 M2 7h15v15',
  download: 'M12 4v11 M7 11l5 5 5-5 M5 20h14',
  calendar: 'M4 6h16v14H4z M4 10h16 M8 3v4 M16 3v4',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  plus: 'M12 5v14 M5 12h14',
  scan: 'M4 9V4h5 M15 4h5v5 M20 15v5h-5 M9 20H4v-5 M4 12h16',
  trash: 'M5 7h14 M10 7V4h4v3 M7 7l1 13h8l1-13',
  edit: 'M4 20l1-4L16 5l3 3L8 19z',
  'image-off': 'M4 5h16v14H4z M3 3l18 18',
  moon: 'M20 14a8 8 0 1 1-9-10 6.5 6.5 0 0 0 9 10z',
} as const;

export type IconName = keyof typeof PATHS;

/** The `d` of an icon's path. */
export function iconPath(name: IconName): string {
  return PATHS[name];
}
