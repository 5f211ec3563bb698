# SPDX-License-Identifier: GPL-3.0-or-later
# The text data of the compact networks, from real reviews: Rscript datasets/reviews.R FOLDER
#
# Source: small_fine_foods of Debian's r-cran-modeldata, 5,000 Amazon reviews of fine foods (McAuley and Leskovec 2013),
# already split into 4,000 for training and 1,000 for testing. Nothing of it is part of the project: this writes
#   train.tsv, test.tsv               score<TAB>review          score is great (5 stars) or other
#   pairs-train.tsv, pairs-test.tsv   label<TAB>passage1<TAB>passage2, 1 when both come from one review
# Each run writes the same bytes. Reviews were split before pairing, so no passage of a test pair was seen in training.
#
# A pair: a review's words are cut in two halves. Every second review of a shuffled list keeps its own second half
# (label 1), the others get the one of the next such review (label 0): balanced, and each passage occurs once.
folder <- commandArgs(trailingOnly = TRUE)[1]
if (is.na(folder)) stop("give the folder to write to")
dir.create(folder, recursive = TRUE, showWarnings = FALSE)
if (!requireNamespace("modeldata", quietly = TRUE)) stop("install it: apt-get install r-cran-modeldata")
data("small_fine_foods", package = "modeldata")
set.seed(1, kind = "Mersenne-Twister", normal.kind = "Inversion", sample.kind = "Rejection")

plain <- function(text) trimws(gsub("[[:space:]]+", " ", gsub("<[^<>]*>", " ", enc2utf8(as.character(text)))))

write <- function(name, header, ...) {
  path <- file.path(folder, name)
  stream <- file(paste0(path, ".part"), open = "wb")
  writeLines(c(header, paste(..., sep = "\t")), stream, sep = "\n", useBytes = TRUE)
  close(stream)
  file.rename(paste0(path, ".part"), path)
}

# Reviews of at least 16 words, in a shuffled order, as pairs.
write_pairs <- function(name, reviews) {
  words <- strsplit(reviews, " ", fixed = TRUE)
  words <- sample(words[lengths(words) >= 16])
  half <- lengths(words) %/% 2
  first <- mapply(function(w, n) paste(w[seq_len(n)], collapse = " "), words, half)
  second <- mapply(function(w, n) paste(w[(n + 1):length(w)], collapse = " "), words, half)
  label <- rep_len(c(1L, 0L), length(words))
  other <- which(label == 0L)
  second[other] <- second[c(other[-1], other[1])]
  write(name, "label\tpassage1\tpassage2", label, first, second)
}

for (part in c("train", "test")) {
  reviews <- if (part == "train") training_data else testing_data
  text <- plain(reviews$review)
  write(paste0(part, ".tsv"), "score\treview", as.character(reviews$score), text)
  write_pairs(paste0("pairs-", part, ".tsv"), text)
}
