#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Starts this machine's systemd as process 1, with one unit: in a PID namespace, a mount namespace and
# the cgroup that are to be its own. Its root has /usr of this machine, the rest is empty.
#
#   boot.sh UNIT PLACE RESULT
set -eu
unit=$1 place=$2 result=$3 new=$2/new
mkdir -p "$new"
mount -t tmpfs none "$new"
cd "$new"
mkdir -p dev etc/systemd/system old place proc run sys tmp usr var
for name in bin sbin lib lib32 lib64; do ln -s usr/$name $name; done
mount --bind -o ro /usr usr
mount --bind "$place" place
touch result etc/machine-id
mount --bind "$result" result
cp "$unit" etc/systemd/system/
echo ID=place >etc/os-release
mount -t proc none proc
mount -t sysfs -o ro none sys
mount -t tmpfs none run
mount --rbind /dev dev

# The hierarchies of this machine, by the names that they have here: of each the cgroup in which
# this is.
[ "$(stat -f -c %T /sys/fs/cgroup)" = cgroup2fs ] || mount -t tmpfs none sys/fs/cgroup
cgroups=$(grep '^[^ ]* [^ ]* cgroup2* ' /proc/mounts | grep -v " $new")
while read -r _ mount type options _; do
    [ "$mount" = /sys/fs/cgroup ] || mkdir -p ".$mount"
    case $type,$options in
    cgroup,*name=*) mount -t cgroup -o "none,name=${options##*name=}" none ".$mount" ;;
    cgroup,*) mount -t cgroup -o "${options#*relatime,}" none ".$mount" ;;
    cgroup2,*) mount -t cgroup2 none ".$mount" ;;
    esac
done <<END
$cgroups
END

pivot_root . old
umount -l old
exec env -i container=other /lib/systemd/systemd --unit="${unit##*/}" --log-target=null --show-status=no
