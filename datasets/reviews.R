# SPDX-License-Identifier: GPL-3.0-or-later
# The text data of the compact networks, from real reviews: Rscript datasets/reviews.R FOLDER
#
# Source: small_fine_foods of Debian's r-cran-modeldata, 5,000 Amazon reviews of fine foods (McAuley and Leskovec 2013),
# already split into 4,000 for training and 1,000 for testing. Nothing of it is part of the project: this writes
#   train.tsv, test.tsv               score<TAB>review                score is great (5 stars) or other
#   pairs-train.tsv, pairs-test.tsv   label<TAB>passage1<TAB>passage2  1 when both come from one review, else 0
# Each run writes the same bytes. Reviews were split before pairing, so no passage of a test pair was seen in training.
#
# Pairs: a review is cut into passages of 24 words; its first and second, third and fourth, ... are couples. Half of the
# drawn couples stay as they are (label 1), the others exchange their second passages with those of other reviews
# (label 0). So the set is balanced, no passage occurs twice, and both passages of a pair are of one length.
folder <- commandArgs(trailingOnly = TRUE)[1]
if (is.na(folder)) stop("give the folder to write to")
dir.create(folder, recursive = TRUE, showWarnings = FALSE)
if (!requireNamespace("modeldata", quietly = TRUE)) stop("install it: apt-get install r-cran-modeldata")
data("small_fine_foods", package = "modeldata")
set.seed(1, kind = "Mersenne-Twister", normal.kind = "Inversion", sample.kind = "Rejection")

passage_words <- 24L
pair_counts <- c(train = 3900L, test = 1000L)

# One line: markup and runs of white space become one space.
plain <- function(text) trimws(gsub("[[:space:]]+", " ", gsub("<[^<>]*>", " ", enc2utf8(as.character(text)))))

write <- function(name, header, ...) {
  path <- file.path(folder, name)
  stream <- file(paste0(path, ".part"), open = "wb")
  writeLines(c(header, paste(..., sep = "\t")), stream, sep = "\n", useBytes = TRUE)
  close(stream)
  invisible(file.rename(paste0(path, ".part"), path))
}

# All couples of neighbouring passages: data frame of review (a number), first, second.
couples_of <- function(reviews) {
  words <- strsplit(reviews, " ", fixed = TRUE)
  counts <- lengths(words) %/% (2L * passage_words)
  review <- rep(seq_along(words), counts)
  start <- (sequence(counts) - 1L) * 2L * passage_words
  passage <- function(r, from) paste(words[[r]][from + seq_len(passage_words)], collapse = " ")
  data.frame(review, first = mapply(passage, review, start), second = mapply(passage, review, start + passage_words))
}

write_pairs <- function(name, reviews, count) {
  couples <- couples_of(reviews)
  couples <- couples[sample(nrow(couples), count), ]
  label <- rep_len(c(1L, 0L), count)
  other <- which(label == 0L)
  other <- other[order(couples$review[other])]
  most <- max(table(couples$review[other])) # moving on by that many passages always leaves the review
  couples$second[other] <- couples$second[c(other[-seq_len(most)], other[seq_len(most)])]
  write(name, "label\tpassage1\tpassage2", label, couples$first, couples$second)
}

for (part in c("train", "test")) {
  reviews <- if (part == "train") training_data else testing_data
  text <- plain(reviews$review)
  write(paste0(part, ".tsv"), "score\treview", as.character(reviews$score), text)
  write_pairs(paste0("pairs-", part, ".tsv"), text, pair_counts[[part]])
}
