/** What hiding or showing a row makes of its waiting outcome: a vector stays, a wait or a verdict ends. */
export const WAITING_MODEL: string = `iif(
    EXISTS (SELECT 1 FROM image_exif_next_embedding AS waiting WHERE waiting.image_id = image_exif.id),
    image_exif.clip_next_model_version, NULL)`;
