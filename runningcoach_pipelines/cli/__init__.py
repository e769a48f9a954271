"""The command `runningcoach`. Commands parse, call and print; everything else is elsewhere and loads when needed."""
