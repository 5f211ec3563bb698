# SPDX-License-Identifier: GPL-3.0-or-later
# docker build -t bbsbench . && docker run --rm -v "$PWD/results:/bbsbench/results" bbsbench
# It does no more than run_all.sh does by itself on a fresh Debian 12. -v keeps the results: they are written into the
# checkout's own folder results. Options of run_all.sh follow the name of the image: ... bbsbench ./run_all.sh --smoke
FROM debian:12
WORKDIR /bbsbench
COPY . .
RUN ./deps.sh && make all && rm -rf /var/lib/apt/lists/*
CMD ["./run_all.sh"]
