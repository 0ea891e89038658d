-- CreateTable
CREATE TABLE "clip_state" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT DEFAULT 1,
    "active_model_version" TEXT,
    "wanted_model_version" TEXT,
    "model_name" TEXT,
    "dimension" INTEGER
);

-- CreateTable
CREATE TABLE "clip_counter" (
    "library_id" INTEGER NOT NULL,
    "status" TEXT NOT NULL,
    "error_class" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "quality" TEXT NOT NULL,
    "count" INTEGER NOT NULL,

    PRIMARY KEY ("library_id", "status", "error_class", "reason", "quality")
);

-- CreateTable
CREATE TABLE "image_exif" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "library_id" INTEGER NOT NULL,
    "rel_path" TEXT NOT NULL,
    "file_size" BIGINT NOT NULL,
    "modified_at_ms" BIGINT NOT NULL,
    "content_hash" TEXT NOT NULL,
    "media_type" TEXT,
    "width" INTEGER,
    "height" INTEGER,
    "orientation" INTEGER,
    "taken_at" BIGINT,
    "taken_at_offset_min" INTEGER,
    "sort_time" BIGINT NOT NULL,
    "camera_make" TEXT,
    "camera_model" TEXT,
    "lens_model" TEXT,
    "iso" INTEGER,
    "aperture" REAL,
    "exposure_s" REAL,
    "focal_length_mm" REAL,
    "gps_latitude" REAL,
    "gps_longitude" REAL,
    "missing_since" BIGINT,
    "clip_status" TEXT NOT NULL DEFAULT 'pending',
    "clip_model_version" TEXT,
    "clip_encoded_at" BIGINT,
    "clip_quality" TEXT,
    "clip_attempts" INTEGER NOT NULL DEFAULT 0,
    "clip_crashes" INTEGER NOT NULL DEFAULT 0,
    "clip_deferrals" INTEGER NOT NULL DEFAULT 0,
    "clip_next_attempt_at" BIGINT,
    "clip_error_class" TEXT,
    "clip_error_reason" TEXT,
    "clip_error_message" TEXT,
    "clip_decoder_version" TEXT,
    "clip_is_source" INTEGER NOT NULL DEFAULT 0,
    "clip_claimed_by" TEXT,
    "clip_claim_token" TEXT,
    "clip_claimed_until" BIGINT,
    "clip_embedding" BLOB,
    CONSTRAINT "image_exif_library_id_fkey" FOREIGN KEY ("library_id") REFERENCES "library" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT
);

-- CreateTable
CREATE TABLE "library" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "name" TEXT NOT NULL,
    "root_path" TEXT NOT NULL,
    "excluded_dirs" TEXT NOT NULL DEFAULT '[]',
    "state" TEXT NOT NULL DEFAULT 'online',
    "state_reason" TEXT,
    "created_at" BIGINT NOT NULL,
    "last_scan_at" BIGINT,
    "exclude_rules_hash" TEXT
);

-- CreateIndex
CREATE INDEX "image_exif_library" ON "image_exif"("library_id");

-- CreateIndex
CREATE INDEX "image_exif_fresh" ON "image_exif"("library_id", "sort_time", "id", "content_hash") WHERE clip_status = 'pending' AND missing_since IS NULL AND clip_claim_token IS NULL AND clip_next_attempt_at IS NULL AND clip_crashes < 2;

-- CreateIndex
CREATE INDEX "image_exif_due" ON "image_exif"("library_id", "clip_next_attempt_at", "id", "content_hash") WHERE clip_status = 'pending' AND missing_since IS NULL AND clip_claim_token IS NULL AND clip_next_attempt_at IS NOT NULL AND clip_crashes < 2;

-- CreateIndex
CREATE INDEX "image_exif_alone" ON "image_exif"("library_id", "clip_next_attempt_at", "id", "content_hash") WHERE clip_status = 'pending' AND missing_since IS NULL AND clip_claim_token IS NULL AND clip_crashes >= 2;

-- CreateIndex
CREATE INDEX "image_exif_claim" ON "image_exif"("clip_claim_token") WHERE clip_claim_token IS NOT NULL;

-- CreateIndex
CREATE INDEX "image_exif_lease" ON "image_exif"("library_id", "clip_claimed_until", "clip_claimed_by") WHERE clip_claim_token IS NOT NULL;

-- CreateIndex
CREATE INDEX "image_exif_in_flight" ON "image_exif"("content_hash") WHERE clip_claim_token IS NOT NULL;

-- CreateIndex
CREATE INDEX "image_exif_content" ON "image_exif"("content_hash");

-- CreateIndex
CREATE INDEX "image_exif_source" ON "image_exif"("content_hash", "clip_model_version") WHERE clip_is_source = 1;

-- CreateIndex
CREATE INDEX "image_exif_troubled_hash" ON "image_exif"("content_hash") WHERE clip_attempts + clip_crashes > 0;

-- CreateIndex
CREATE INDEX "image_exif_failure" ON "image_exif"("library_id", "clip_error_reason", "id") WHERE clip_error_class IS NOT NULL AND missing_since IS NULL;

-- CreateIndex
CREATE INDEX "image_exif_listed" ON "image_exif"("library_id", "sort_time", "id") WHERE missing_since IS NULL AND clip_status <> 'skipped';

-- CreateIndex
CREATE INDEX "image_exif_missing" ON "image_exif"("library_id", "missing_since") WHERE missing_since IS NOT NULL;

-- CreateIndex
CREATE INDEX "image_exif_camera" ON "image_exif"("camera_make", "camera_model");

-- CreateIndex
CREATE UNIQUE INDEX "image_exif_library_id_rel_path_key" ON "image_exif"("library_id", "rel_path");

-- CreateIndex
CREATE UNIQUE INDEX "library_root_path_key" ON "library"("root_path");

-- The one row of clip_state.
INSERT INTO "clip_state" ("id") VALUES (1);

-- Counters follow every change of a row, whichever statement makes it. Prisma does not know triggers: a migration that
-- makes image_exif anew has to make them again.
CREATE TRIGGER "image_exif_counted_in" AFTER INSERT ON "image_exif" BEGIN
  INSERT INTO "clip_counter" ("library_id", "status", "error_class", "reason", "quality", "count")
  VALUES (
    NEW."library_id",
    iif(NEW."missing_since" IS NULL, NEW."clip_status", 'missing'),
    iif(NEW."missing_since" IS NULL, coalesce(NEW."clip_error_class", ''), ''),
    iif(NEW."missing_since" IS NULL, coalesce(NEW."clip_error_reason", ''), ''),
    iif(NEW."missing_since" IS NULL, coalesce(NEW."clip_quality", ''), ''),
    1
  )
  ON CONFLICT DO UPDATE SET "count" = "count" + 1;
END;

CREATE TRIGGER "image_exif_counted_out" AFTER DELETE ON "image_exif" BEGIN
  UPDATE "clip_counter" SET "count" = "count" - 1
  WHERE "library_id" = OLD."library_id"
    AND "status" = iif(OLD."missing_since" IS NULL, OLD."clip_status", 'missing')
    AND "error_class" = iif(OLD."missing_since" IS NULL, coalesce(OLD."clip_error_class", ''), '')
    AND "reason" = iif(OLD."missing_since" IS NULL, coalesce(OLD."clip_error_reason", ''), '')
    AND "quality" = iif(OLD."missing_since" IS NULL, coalesce(OLD."clip_quality", ''), '');
END;

CREATE TRIGGER "image_exif_counted_over"
AFTER UPDATE OF "library_id", "clip_status", "clip_error_class", "clip_error_reason", "clip_quality", "missing_since" ON "image_exif"
WHEN OLD."library_id" IS NOT NEW."library_id"
  OR OLD."clip_status" IS NOT NEW."clip_status"
  OR OLD."clip_error_class" IS NOT NEW."clip_error_class"
  OR OLD."clip_error_reason" IS NOT NEW."clip_error_reason"
  OR OLD."clip_quality" IS NOT NEW."clip_quality"
  OR (OLD."missing_since" IS NULL) IS NOT (NEW."missing_since" IS NULL)
BEGIN
  UPDATE "clip_counter" SET "count" = "count" - 1
  WHERE "library_id" = OLD."library_id"
    AND "status" = iif(OLD."missing_since" IS NULL, OLD."clip_status", 'missing')
    AND "error_class" = iif(OLD."missing_since" IS NULL, coalesce(OLD."clip_error_class", ''), '')
    AND "reason" = iif(OLD."missing_since" IS NULL, coalesce(OLD."clip_error_reason", ''), '')
    AND "quality" = iif(OLD."missing_since" IS NULL, coalesce(OLD."clip_quality", ''), '');
  INSERT INTO "clip_counter" ("library_id", "status", "error_class", "reason", "quality", "count")
  VALUES (
    NEW."library_id",
    iif(NEW."missing_since" IS NULL, NEW."clip_status", 'missing'),
    iif(NEW."missing_since" IS NULL, coalesce(NEW."clip_error_class", ''), ''),
    iif(NEW."missing_since" IS NULL, coalesce(NEW."clip_error_reason", ''), ''),
    iif(NEW."missing_since" IS NULL, coalesce(NEW."clip_quality", ''), ''),
    1
  )
  ON CONFLICT DO UPDATE SET "count" = "count" + 1;
END;
