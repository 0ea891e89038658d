/** What hiding or showing a row makes of its waiting outcome: a vector stays, a wait or a verdict ends. */
export const WAITING_MODEL: string = `iif(
    EXISTS (SELECT 1 FROM image_exif_next_embedding AS waiting WHERE waiting.image_id = image_exif.id),
    image_exif.clip_next_model_version, NULL)`;

/** A vector waits for the change of models; one that waited for another gives way. */
export const INTO_WAITING: string = `INSERT INTO image_exif_next_embedding
  (image_id, content_hash, model_version, quality, decoder_version, encoded_at, embedding)`;
export const WAITING_ANEW: string = `ON CONFLICT (image_id) DO UPDATE SET content_hash = excluded.content_hash,
  model_version = excluded.model_version, quality = excluded.quality, decoder_version = excluded.decoder_version,
  encoded_at = excluded.encoded_at, embedding = excluded.embedding`;
