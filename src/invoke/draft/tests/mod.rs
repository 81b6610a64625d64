mod every_operation;
