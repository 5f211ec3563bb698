/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_RUN_RECORD_SECTION_H
#define BBS_RUN_RECORD_SECTION_H

#include "report/document.h"
#include "run/manifest.h"

/* Sections of the report from run.json: cost, provenance (program, inputs, configuration) and environment. */
void record_present_cost(const manifest_t *manifest, const experiments_t *experiments, document_t *document);
void record_present_provenance(const manifest_t *manifest, document_t *document);
void record_present_environment(const manifest_t *manifest, document_t *document);

#endif
