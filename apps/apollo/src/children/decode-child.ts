// A child process: picture files in, pixels out. What a hostile file does to a decoder ends here.
import { serveChild } from './child-runtime.js';
import { openDecoder } from './picture-decoder.js';

serveChild(openDecoder);
