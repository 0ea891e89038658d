/** Bits, the highest first, and the numbers of variable length that video headers are made of. */
export interface BitWriter {
  bits(count: number, value: number): BitWriter;
  bytes(bytes: Uint8Array): BitWriter;
  /** Each as an Exp-Golomb code. */
  golomb(...values: readonly number[]): BitWriter;
  /** A one, then zeros up to a whole byte. */
  end(): Buffer;
}

export function bitWriter(): BitWriter {
  let written = '';
  const writer: BitWriter = {
    bits(count, value) {
      written += count === 0 ? '' : value.toString(2).padStart(count, '0');
      return writer;
    },
    bytes(bytes) {
      for (const byte of bytes) writer.bits(8, byte);
      return writer;
    },
    golomb(...values) {
      for (const value of values) {
        const digits = (value + 1).toString(2);
        written += digits.padStart(2 * digits.length - 1, '0');
      }
      return writer;
    },
    end() {
      const bits = `${written}1`;
      const whole = bits.padEnd(Math.ceil(bits.length / 8) * 8, '0');
      return Buffer.from(whole.match(/.{8}/g)?.map((byte) => Number.parseInt(byte, 2)) ?? []);
    },
  };
  return writer;
}
