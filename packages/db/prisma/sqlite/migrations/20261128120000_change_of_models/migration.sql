-- AlterTable
ALTER TABLE "clip_state" ADD COLUMN "active_dimension" INTEGER;
ALTER TABLE "clip_state" ADD COLUMN "active_model_name" TEXT;
ALTER TABLE "clip_state" ADD COLUMN "ledger_model_version" TEXT;
ALTER TABLE "clip_state" ADD COLUMN "model_setting" TEXT;
ALTER TABLE "clip_state" ADD COLUMN "retiring_model_name" TEXT;
ALTER TABLE "clip_state" ADD COLUMN "retiring_model_version" TEXT;

-- AlterTable
ALTER TABLE "image_exif" ADD COLUMN "clip_next_model_version" TEXT;

-- CreateTable
CREATE TABLE "clip_model_counter" (
    "library_id" INTEGER NOT NULL,
    "model_version" TEXT NOT NULL,
    "count" INTEGER NOT NULL,

    PRIMARY KEY ("library_id", "model_version")
);

-- CreateTable
CREATE TABLE "image_exif_next_embedding" (
    "image_id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "content_hash" TEXT NOT NULL,
    "model_version" TEXT NOT NULL,
    "quality" TEXT,
    "decoder_version" TEXT,
    "encoded_at" BIGINT,
    "embedding" BLOB NOT NULL,
    CONSTRAINT "image_exif_next_embedding_image_id_fkey" FOREIGN KEY ("image_id") REFERENCES "image_exif" ("id") ON DELETE CASCADE ON UPDATE RESTRICT
);

-- CreateIndex
CREATE INDEX "image_exif_next_embedding_source" ON "image_exif_next_embedding"("content_hash", "model_version");

-- CreateIndex
CREATE INDEX "image_exif_reencode" ON "image_exif"("library_id", "clip_model_version", "sort_time", "id") WHERE clip_status = 'encoded' AND missing_since IS NULL AND clip_claim_token IS NULL AND clip_next_model_version IS NULL AND clip_crashes < 2;

-- CreateIndex
CREATE INDEX "image_exif_reencode_due" ON "image_exif"("library_id", "clip_next_attempt_at", "id") WHERE clip_status = 'encoded' AND missing_since IS NULL AND clip_claim_token IS NULL AND clip_next_attempt_at IS NOT NULL AND clip_crashes < 2;

-- CreateIndex
CREATE INDEX "image_exif_reencode_alone" ON "image_exif"("library_id", "clip_next_attempt_at", "id") WHERE clip_status = 'encoded' AND missing_since IS NULL AND clip_claim_token IS NULL AND clip_crashes >= 2 AND (clip_next_model_version IS NULL OR clip_next_attempt_at IS NOT NULL);

-- CreateIndex
CREATE INDEX "image_exif_next" ON "image_exif"("clip_next_model_version", "clip_next_attempt_at", "id") WHERE clip_next_model_version IS NOT NULL;

-- Until now only the starter model gave way, and "active" named it while its vectors were being dropped.
UPDATE "clip_state" SET
  "retiring_model_version" = iif("active_model_version" IS NOT "wanted_model_version", "active_model_version", NULL),
  "retiring_model_name" = iif("active_model_version" IS NOT "wanted_model_version", 'palette', NULL),
  "ledger_model_version" = iif("active_model_version" IS NOT "wanted_model_version", NULL, "wanted_model_version"),
  "active_model_version" = "wanted_model_version",
  "active_model_name" = "model_name",
  "active_dimension" = "dimension";

INSERT INTO "clip_model_counter" ("library_id", "model_version", "count")
SELECT "library_id", "clip_model_version", count(*) FROM "image_exif"
WHERE "clip_status" = 'encoded' AND "missing_since" IS NULL AND "clip_model_version" IS NOT NULL
GROUP BY "library_id", "clip_model_version";

-- A row counts in the model of its own vector, and in the one whose outcome waits. UNION: once where both are one.
CREATE TRIGGER "image_exif_model_in" AFTER INSERT ON "image_exif"
WHEN NEW."clip_status" = 'encoded' AND NEW."missing_since" IS NULL
BEGIN
  INSERT INTO "clip_model_counter" ("library_id", "model_version", "count")
  SELECT NEW."library_id", "version", 1 FROM (
    SELECT NEW."clip_model_version" AS "version"
    UNION SELECT NEW."clip_next_model_version" WHERE NEW."clip_next_attempt_at" IS NULL
  ) WHERE "version" IS NOT NULL
  ON CONFLICT DO UPDATE SET "count" = "count" + 1;
END;

CREATE TRIGGER "image_exif_model_out" AFTER DELETE ON "image_exif"
WHEN OLD."clip_status" = 'encoded' AND OLD."missing_since" IS NULL
BEGIN
  UPDATE "clip_model_counter" SET "count" = "count" - 1
  WHERE "library_id" = OLD."library_id" AND "model_version" IN (
    OLD."clip_model_version", iif(OLD."clip_next_attempt_at" IS NULL, OLD."clip_next_model_version", NULL)
  );
END;

CREATE TRIGGER "image_exif_model_over"
AFTER UPDATE OF "library_id", "clip_status", "missing_since", "clip_model_version", "clip_next_model_version",
  "clip_next_attempt_at" ON "image_exif"
WHEN ((OLD."clip_status" = 'encoded' AND OLD."missing_since" IS NULL)
    OR (NEW."clip_status" = 'encoded' AND NEW."missing_since" IS NULL))
  AND (OLD."library_id" IS NOT NEW."library_id"
    OR OLD."clip_status" IS NOT NEW."clip_status"
    OR OLD."clip_model_version" IS NOT NEW."clip_model_version"
    OR OLD."clip_next_model_version" IS NOT NEW."clip_next_model_version"
    OR (OLD."clip_next_attempt_at" IS NULL) IS NOT (NEW."clip_next_attempt_at" IS NULL)
    OR (OLD."missing_since" IS NULL) IS NOT (NEW."missing_since" IS NULL))
BEGIN
  UPDATE "clip_model_counter" SET "count" = "count" - 1
  WHERE OLD."clip_status" = 'encoded' AND OLD."missing_since" IS NULL
    AND "library_id" = OLD."library_id" AND "model_version" IN (
      OLD."clip_model_version", iif(OLD."clip_next_attempt_at" IS NULL, OLD."clip_next_model_version", NULL)
    );
  INSERT INTO "clip_model_counter" ("library_id", "model_version", "count")
  SELECT NEW."library_id", "version", 1 FROM (
    SELECT NEW."clip_model_version" AS "version"
    UNION SELECT NEW."clip_next_model_version" WHERE NEW."clip_next_attempt_at" IS NULL
  ) WHERE "version" IS NOT NULL AND NEW."clip_status" = 'encoded' AND NEW."missing_since" IS NULL
  ON CONFLICT DO UPDATE SET "count" = "count" + 1;
END;

-- A vector waits as long as its photo names its model: whoever takes the name away takes the vector away.
CREATE TRIGGER "image_exif_next_dropped" AFTER UPDATE OF "clip_next_model_version" ON "image_exif"
WHEN OLD."clip_next_model_version" IS NOT NULL AND NEW."clip_next_model_version" IS NOT OLD."clip_next_model_version"
BEGIN
  DELETE FROM "image_exif_next_embedding" WHERE "image_id" = OLD."id";
END;
