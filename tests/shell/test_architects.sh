# SPDX-License-Identifier: GPL-3.0-or-later
# The commands of README.md's section for architects run as they are written there, one after the other in one folder.
. tests/shell/tap.sh
work=$tap_folder/work
mkdir "$work"
printf 'name,value,unit,source\nbitsim.bitvert.pe,0.2,pJ/PE/cycle,assumed\n' >"$work/mine.csv"
sed -n '/^## For architects/,/^## Tracking/s|^ *build/bbsbench \([^#]*\).*|\1|p' README.md >"$tap_folder/commands"
check "the section has its commands" test "$(wc -l <"$tap_folder/commands")" -ge 6

# diff ends with 1 where something differs.
while read -r command; do
    case $command in
    diff*) check "$command" sh -c "cd $work && { '$BBSBENCH' $command; [ \$? -eq 1 ]; }" ;;
    *--plot*) if command -v gnuplot >"$tap_folder/which"; then check "$command" sh -c "cd $work && '$BBSBENCH' $command"; else skip "$command" "gnuplot is not installed"; fi ;;
    *) check "$command" sh -c "cd $work && '$BBSBENCH' $command" ;;
    esac
done <"$tap_folder/commands"
check "what they leave is an INI and perhaps a figure" sh -c "[ -s $work/mine.ini ] && [ \$(find $work -type f | wc -l) -le 3 ]"
tap_done
