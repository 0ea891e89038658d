-- AlterTable
ALTER TABLE "image_exif" ADD COLUMN "changed_at_ms" BIGINT;
ALTER TABLE "image_exif" ADD COLUMN "inode" TEXT;

-- AlterTable
ALTER TABLE "library" ADD COLUMN "answer" TEXT;
ALTER TABLE "library" ADD COLUMN "gone_photos" INTEGER;
ALTER TABLE "library" ADD COLUMN "question" TEXT;
ALTER TABLE "library" ADD COLUMN "root_identity" TEXT;

-- CreateTable
CREATE TABLE "kept_embedding" (
    "content_hash" TEXT NOT NULL,
    "model_version" TEXT NOT NULL,
    "library_id" INTEGER NOT NULL,
    "kept_until" BIGINT NOT NULL,
    "quality" TEXT,
    "decoder_version" TEXT,
    "embedding" BLOB NOT NULL,

    PRIMARY KEY ("content_hash", "model_version")
);

-- CreateIndex
CREATE INDEX "kept_embedding_until" ON "kept_embedding"("kept_until");

-- CreateIndex
CREATE INDEX "kept_embedding_library" ON "kept_embedding"("library_id");

-- CreateIndex
CREATE INDEX "kept_embedding_model" ON "kept_embedding"("model_version");
