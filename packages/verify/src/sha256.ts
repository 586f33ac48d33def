/**
 * SHA-256 (FIPS 180-4), written out because WebCrypto only answers asynchronously: its digests of a session and a grant
 * took 50 µs beside a signature check of 230 µs, and every verification would have to wait for them. Here the two take
 * 9 µs. What is hashed are ids, which are no secret; signatures are WebCrypto's.
 */

/** Section 4.2.2: of the cube roots of the first 64 primes, the first 32 bits behind the point. */
const roundConstants = words(`
  428a2f98 71374491 b5c0fbcf e9b5dba5 3956c25b 59f111f1 923f82a4 ab1c5ed5 d807aa98 12835b01 243185be 550c7dc3 72be5d74
  80deb1fe 9bdc06a7 c19bf174 e49b69c1 efbe4786 0fc19dc6 240ca1cc 2de92c6f 4a7484aa 5cb0a9dc 76f988da 983e5152 a831c66d
  b00327c8 bf597fc7 c6e00bf3 d5a79147 06ca6351 14292967 27b70a85 2e1b2138 4d2c6dfc 53380d13 650a7354 766a0abb 81c2c92e
  92722c85 a2bfe8a1 a81a664b c24b8b70 c76c51a3 d192e819 d6990624 f40e3585 106aa070 19a4c116 1e376c08 2748774c 34b0bcb5
  391c0cb3 4ed8aa4a 5b9cca4f 682e6ff3 748f82ee 78a5636f 84c87814 8cc70208 90befffa a4506ceb bef9a3f7 c67178f2`);

/** Section 5.3.3: of the square roots of the first 8 primes. */
const initialState = words("6a09e667 bb67ae85 3c6ef372 a54ff53a 510e527f 9b05688c 1f83d9ab 5be0cd19");

const blockBytes = 64;

/** Of the block at hand (section 6.2.2, step 1); nothing of it is needed afterwards, so that one will do. */
const schedule = new Int32Array(64);

/** The digest of bytes: 32 of them. No buffer is shared or viewed otherwise: engines keep such ones off their heap. */
export function sha256(message: Uint8Array): Uint8Array<ArrayBuffer> {
  const padded = pad(message);
  const state = initialState.slice();
  for (let offset = 0; offset < padded.length; offset += blockBytes) {
    fillSchedule(padded, offset);
    compress(state);
  }
  const digest = new Uint8Array(32);
  for (let index = 0; index < 8; index += 1) writeWord(digest, 4 * index, at(state, index));
  return digest;
}

/** Section 5.1.1: a one bit, zeros, and the length in bits as the last 64, of which 32 are enough for us. */
function pad(message: Uint8Array): Uint8Array {
  const blocks = Math.ceil((message.length + 9) / blockBytes);
  const bytes = new Uint8Array(blocks * blockBytes);
  bytes.set(message);
  bytes[message.length] = 0x80;
  writeWord(bytes, bytes.length - 4, message.length * 8);
  return bytes;
}

function writeWord(bytes: Uint8Array, offset: number, word: number): void {
  bytes[offset] = word >>> 24;
  bytes[offset + 1] = word >>> 16;
  bytes[offset + 2] = word >>> 8;
  bytes[offset + 3] = word;
}

function readWord(bytes: Uint8Array, offset: number): number {
  const high = (at(bytes, offset) << 24) | (at(bytes, offset + 1) << 16);
  return high | (at(bytes, offset + 2) << 8) | at(bytes, offset + 3);
}

function fillSchedule(message: Uint8Array, offset: number): void {
  for (let t = 0; t < 16; t += 1) schedule[t] = readWord(message, offset + 4 * t);
  for (let t = 16; t < 64; t += 1) {
    const w15 = at(schedule, t - 15);
    const w2 = at(schedule, t - 2);
    const sigma0 = rotateRight(w15, 7) ^ rotateRight(w15, 18) ^ (w15 >>> 3);
    const sigma1 = rotateRight(w2, 17) ^ rotateRight(w2, 19) ^ (w2 >>> 10);
    schedule[t] = at(schedule, t - 16) + sigma0 + at(schedule, t - 7) + sigma1;
  }
}

/** Section 6.2.2, steps 2 to 4. `| 0` is addition modulo 2³². */
function compress(state: Int32Array): void {
  let a = at(state, 0);
  let b = at(state, 1);
  let c = at(state, 2);
  let d = at(state, 3);
  let e = at(state, 4);
  let f = at(state, 5);
  let g = at(state, 6);
  let h = at(state, 7);
  for (let t = 0; t < 64; t += 1) {
    const sum1 = rotateRight(e, 6) ^ rotateRight(e, 11) ^ rotateRight(e, 25);
    const choice = (e & f) ^ (~e & g);
    const t1 = (h + sum1 + choice + at(roundConstants, t) + at(schedule, t)) | 0;
    const sum0 = rotateRight(a, 2) ^ rotateRight(a, 13) ^ rotateRight(a, 22);
    const majority = (a & b) ^ (a & c) ^ (b & c);
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + sum0 + majority) | 0;
  }
  state[0] = at(state, 0) + a;
  state[1] = at(state, 1) + b;
  state[2] = at(state, 2) + c;
  state[3] = at(state, 3) + d;
  state[4] = at(state, 4) + e;
  state[5] = at(state, 5) + f;
  state[6] = at(state, 6) + g;
  state[7] = at(state, 7) + h;
}

function rotateRight(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits));
}

/** Words of 32 bits, from hexadecimal. */
function words(hex: string): Int32Array {
  return Int32Array.from(hex.trim().split(/\s+/), (word) => Number.parseInt(word, 16));
}

/** An element that is known to be there. */
function at(list: Int32Array | Uint8Array, index: number): number {
  return list[index] as number;
}
