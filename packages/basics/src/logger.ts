/** The part of a pino logger that packages use. Facts are in the fields, never in the message. */
export interface Logger {
  /** Details that help to find a fault. */
  debug(fields: object, message: string): void;
  /** What went as it should. */
  info(fields: object, message: string): void;
  /** A problem that is got over without anybody's help. */
  warn(fields: object, message: string): void;
  /** What a person has to look at. */
  error(fields: object, message: string): void;
}
