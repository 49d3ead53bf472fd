#!/bin/sh
# Ends what its owner started, however the owner itself ends: reads "started <group>" and "ended <group>" lines until the
# pipe on stdin closes (its last writer closed it or died), then kills the process groups that are left and removes
# the folders given. It must not die of a Ctrl-C meant for its owner, and must touch nothing else.
trap '' INT TERM HUP QUIT
groups=
while read -r verb group; do
  case $verb in
    started) groups="$groups $group" ;;
    ended)
      left=
      for other in $groups; do [ "$other" = "$group" ] || left="$left $other"; done
      groups=$left
      ;;
  esac
done
for group in $groups; do kill -s KILL -- "-$group" 2>/dev/null; done
# A process being killed may still create a file under rm's hands: once more, at most for ten seconds.
tries=100
until rm -rf -- "$@" 2>/dev/null || [ "$tries" -eq 0 ]; do
  tries=$((tries - 1))
  sleep 0.1
done
