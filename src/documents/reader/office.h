/* office.h: the types of documents that are zip archives
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef READ_OFFICE_H
#define READ_OFFICE_H

#include "documents/reader/build.h"
#include "documents/reader/zip.h"

void read_docx (ReadZip *zip, const char *part, ReadBuild *build);
void read_pptx (ReadZip *zip, const char *part, ReadBuild *build);
void read_xlsx (ReadZip *zip, const char *part, ReadBuild *build);
void read_odf (ReadZip *zip, ReadBuild *build);
void read_epub (ReadZip *zip, ReadBuild *build);

#endif
